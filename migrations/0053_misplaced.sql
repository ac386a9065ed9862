-- A file that was dropped into the inbox of another feed: that feed cannot read it, and this says which one can.
alter table feed.file
  add column belongs_to integer references feed.feed,
  add column belonging_looked_at timestamptz;
create index file_of_no_feed on feed.file (file_id) where state = 'failed' and code in ('FILE_NO_LAYOUT', 'FEED_NAME_UNEXPECTED');
