"""The pages of the site: what a request asks for, the rows that answer it, and how they are arranged for a template.

All that they show comes from the release database by the queries of `queries/pages/`, and from the files of the
release beside it. A page is a function of its address and the release, so it may be kept until the next one.
"""
