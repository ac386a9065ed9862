-- When a file counts as whole. A feed may ask for more evidence than that its client closed it (settings, section arrival).
alter table feed.file
  -- What brought it to its end: `close`, `rename`, `still`, `download`, `request`, `person`.
  add column arrived_by text,
  -- When there was evidence enough; only then it takes its place in the order of its feed. null while it waits for more.
  add column whole_at timestamptz,
  add column md5 text;
update feed.file set whole_at = received_at where state not in ('receiving', 'interrupted');
create index file_waits_for_evidence on feed.file (file_id) where state = 'received' and whole_at is null;

-- What lies beside a file to say that it is whole: a marker, or a manifest with its size and digest.
create table feed.companion (
  feed_id  integer not null references feed.feed on delete cascade,
  name     text not null,
  text     text not null,
  seen_at  timestamptz not null,
  primary key (feed_id, name)
);
