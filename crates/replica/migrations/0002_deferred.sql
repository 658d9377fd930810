-- While the rows of a whole table come in, its indexes and triggers wait here as SQL and are made anew, over all rows at
-- once, when the last one is there. In the file, so that a load that is interrupted goes on as it began.
create table deferred (
    name text primary key,
    table_name text not null,
    sql text not null
) without rowid;
