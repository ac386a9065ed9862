-- How far each reader has come in what an earlier room appended (src/db/cursor.ts).
create schema street;

create table street.cursor (
  reader    text primary key,
  position  bigint not null default 0
);
