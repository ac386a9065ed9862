-- Files that lie where no feed looks, and what was made of them.
create table feed.stray (
  stray_id     bigint generated always as identity primary key,
  -- Where it was seen: in the home of an SFTP user, or on a source.
  home         text,
  source_id    integer references feed.source on delete cascade,
  path         text not null,
  bytes        bigint not null,
  modified_at  timestamptz not null,
  -- The feed that it most likely was meant for; null: its columns and its name fit none.
  feed_id      integer references feed.feed on delete set null,
  -- The layout whose columns it shows, by which a feed can be proposed.
  layout       text,
  reason       text not null,
  found_at     timestamptz not null,
  -- A person does not want to hear of it again, as long as it stays as it is.
  dismissed_at timestamptz,
  check ((home is null) <> (source_id is null))
);
create unique index stray_at on feed.stray (coalesce(home, ''), coalesce(source_id, 0), path);

alter table feed.feed
  -- 1 is read first. Feeds do not wait for each other beyond that.
  add column priority integer not null default 5 check (priority between 1 and 9),
  -- Its files wait while one of that feed is on its way: a variance after its reset.
  add column follows_feed_id integer references feed.feed on delete set null;

alter table feed.file
  -- The file whose kept original was read anew.
  add column again_of bigint references feed.file,
  drop constraint file_door_check,
  add constraint file_door_check check (door in ('sftp', 'folder', 'http', 'remote', 'again')),
  -- Its original was deleted, by the age or size up to which its feed keeps them.
  add column original_gone_at timestamptz;

-- When the whole tree of a source was last looked at.
alter table feed.source add column around_at timestamptz;
