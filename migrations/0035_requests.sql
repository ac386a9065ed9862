-- Rows that came in by the API under a name of their sender's: asked twice, they are one file.
create table import.request (
  feed_id      integer not null references feed.feed,
  key          text not null,
  -- The digest of what was asked: one key never stands for two requests.
  asked_sha256 text not null,
  file_id      bigint not null,
  who          text not null,
  asked_at     timestamptz not null,
  primary key (feed_id, key)
);
