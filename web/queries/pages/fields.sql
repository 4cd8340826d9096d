select value, label, meaning from vocabulary where field = 'events.field' order by rank
