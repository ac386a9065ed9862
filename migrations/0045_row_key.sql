-- Feeds whose rows carry a number of their sender: each is applied once, in whatever file it comes.
create table import.source_key (
  feed_id  integer not null,
  key      text not null,
  file_id  bigint not null,
  primary key (feed_id, key)
);

-- The numbers of a file that is read and not booked.
create table import.file_key (
  file_id  bigint not null,
  key      text not null
);
create index file_key_of_file on import.file_key (file_id);
