-- The SFTP servers of others that we fetch files from.
create table feed.source (
  source_id          integer generated always as identity primary key,
  name               text not null unique,
  host               text not null,
  port               integer not null check (port between 1 and 65535),
  user_name          text not null,
  proof              text not null check (proof in ('password', 'key', 'agent')),
  -- Sealed with the key of this house; null where an agent signs.
  secret_sealed      text,
  passphrase_sealed  text,
  -- The key that a person has accepted, and the one that the server showed last and nobody has.
  host_key           text,
  host_key_type      text,
  shown_host_key     text,
  shown_host_key_type text,
  -- The highest folder that is looked at.
  root               text not null default '/',
  look_every_ms      integer not null default 15000 check (look_every_ms >= 1000),
  connect_ms         integer not null default 15000 check (connect_ms > 0),
  idle_ms            integer not null default 30000 check (idle_ms > 0),
  overall_ms         integer not null default 3600000 check (overall_ms > 0),
  is_enabled         boolean not null default true,
  state              text not null default 'new' check (state in ('new', 'ok', 'failing', 'given_up', 'stopped')),
  code               text,
  reason             text,
  failures           integer not null default 0,
  -- null: not before a person says so.
  next_look_at       timestamptz,
  looked_at          timestamptz,
  ok_at              timestamptz,
  created_at         timestamptz not null
);

-- How good the connection was, hour by hour.
create table feed.source_hour (
  source_id        integer not null references feed.source on delete cascade,
  hour             timestamptz not null,
  connections      integer not null default 0,
  refusals         integer not null default 0,
  drops            integer not null default 0,
  bytes            bigint not null default 0,
  connected_ms     bigint not null default 0,
  latency_ms_sum   bigint not null default 0,
  latency_ms_max   integer not null default 0,
  latency_samples  integer not null default 0,
  primary key (source_id, hour)
);

alter table feed.feed
  add column source_id integer references feed.source,
  -- Where the files of a remote feed lie, and where they go when ours is committed.
  add column remote_folder text,
  add column remote_archive text,
  add column remote_failed text,
  add column after_commit text not null default 'move' check (after_commit in ('move', 'delete', 'leave')),
  drop constraint feed_door_check,
  add constraint feed_door_check check (door in ('sftp', 'folder', 'remote')),
  add constraint feed_remote_check check ((door = 'remote') = (source_id is not null) and (door = 'remote') = (remote_folder is not null));

alter table feed.file
  add column expected_bytes bigint,
  drop constraint file_door_check,
  add constraint file_door_check check (door in ('sftp', 'folder', 'http', 'remote'));

-- What was seen of a file on a source. One that has its file is never fetched again, whatever becomes of its move.
create table feed.remote_file (
  remote_file_id   bigint generated always as identity primary key,
  feed_id          integer not null references feed.feed,
  name             text not null,
  bytes            bigint not null,
  modified_at      timestamptz not null,
  still_since      timestamptz not null,
  file_id          bigint references feed.file,
  failures         integer not null default 0,
  next_try_at      timestamptz,
  -- The remote file was moved, deleted or left, or is gone.
  settled_at       timestamptz,
  settle_failures  integer not null default 0,
  settle_code      text,
  settle_reason    text,
  unique (feed_id, name, bytes, modified_at)
);
create index remote_file_of_file on feed.remote_file (file_id) where file_id is not null;
