-- Many calls handed to a shop at once, as one bulk operation.
create table channel.upload (
  upload_id        bigint generated always as identity primary key,
  shop_id          integer not null references catalog.shop,
  -- gathering: calls are claimed for it; waiting: not handed over yet; running: the shop works; ended.
  state            text not null check (state in ('gathering', 'waiting', 'running', 'ended')),
  -- How it ended, in the shop's own word; lost: the shop does not know it.
  result           text check (result in ('completed', 'failed', 'canceled', 'expired', 'lost', 'not_taken')),
  operation_gid    text,
  -- As the shop last said.
  shop_status      text,
  error_code       text,
  message          text,
  calls            integer not null default 0,
  levels           integer not null default 0,
  calls_done       integer not null default 0,
  attempts         integer not null default 0,
  created_at       timestamptz not null,
  started_at       timestamptz,
  looked_at        timestamptz,
  -- When the shop was last seen to get along with it.
  moved_at         timestamptz,
  ended_at         timestamptz,
  -- A person wants it looked at, or stopped.
  asked_at         timestamptz,
  cancel_asked_at  timestamptz,
  cancel_asked_by  text,
  cancel_sent_at   timestamptz
);
create index upload_open on channel.upload (shop_id, upload_id) where state <> 'ended';

alter table channel.call add column upload_id bigint references channel.upload, add column upload_ordinal integer;
create index call_of_upload on channel.call (upload_id, upload_ordinal) where upload_id is not null;
