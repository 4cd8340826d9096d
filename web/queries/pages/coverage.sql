select * from coverage order by name collate nocase
