-- Is this file whole, new and in the right place?
create schema feed;

create table feed.feed (
  feed_id       integer generated always as identity primary key,
  name          text not null unique,
  -- The folder that holds inbox/, archive/, failed/ and error/, below the home of its user.
  home          text not null,
  folder        text not null,
  layout        text not null,
  name_pattern  text not null default '*',
  -- Which door brings its files: the built-in SFTP server and the HTTP upload both write here; a folder is polled.
  door          text not null default 'sftp' check (door in ('sftp', 'folder')),
  -- A snapshot says what is there, a delta what changed: the same delta twice counts twice, so a person is asked.
  file_kind     text not null default 'snapshot' check (file_kind in ('snapshot', 'delta')),
  is_enabled    boolean not null default true,
  created_at    timestamptz not null,
  unique (home, folder)
);

-- The processes that take files in. What one of them was receiving when it went silent is interrupted.
create table feed.receiver (
  owner     uuid primary key,
  alive_at  timestamptz not null
);

create table feed.file (
  file_id         bigint generated always as identity primary key,
  feed_id         integer not null references feed.feed,
  door            text not null check (door in ('sftp', 'folder', 'http')),
  name            text not null,
  state           text not null check (state in
                  ('receiving', 'interrupted', 'received', 'staged', 'held', 'applied', 'failed', 'stale', 'duplicate')),
  -- Rises when the file becomes `received`: the order in which import takes the files of a feed.
  seq             bigint,
  -- The receiver whose connection brings it, or brought it.
  owner           uuid not null,
  code            text,
  reason          text,
  received_bytes  bigint not null default 0,
  sha256          text,
  sender_stamp    text,
  -- When it was decided that the file is new: import takes no file before.
  identified_at   timestamptz,
  duplicate_of    bigint,
  -- Where the bytes are kept whatever the client does to the name it gave them.
  spool_name      text not null unique,
  -- The name below archive/ or failed/, once it was put away.
  rest_name       text,
  modified_at     timestamptz,
  opened_at       timestamptz not null,
  received_at     timestamptz,
  changed_at      timestamptz not null,
  put_away_at     timestamptz
);
create sequence feed.file_seq;
create unique index file_by_seq on feed.file (seq) where seq is not null;
create index file_by_feed_digest on feed.file (feed_id, sha256);
create index file_open on feed.file (state) where state in ('receiving', 'received', 'staged');
create index file_to_put_away on feed.file (file_id) where put_away_at is null;
