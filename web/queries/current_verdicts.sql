-- title: Current verdicts
-- description: What each product does with what is typed into it, in one sentence, at the day the dataset stands at.
select product_id, name, label as verdict, answer, badges, since
from verdicts
order by name
