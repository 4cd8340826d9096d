"""The alerts: one note by e-mail when something changes at a product that a person follows.

`settings` says where everything is, `store` keeps it, `subscriptions` is what a person does, `outbox` what there is to
send, `mails` how it reads, `transport` and `sending` how it gets there. Times are seconds since 1970, and the moment
that counts as now is passed in.
"""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
