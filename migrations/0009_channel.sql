-- Carry it to the shop, and say truly what came back.
create schema channel;

-- The level as last seen in the shop. Unknown until it was read.
create table channel.level (
  shop_id             integer not null,
  location_id         integer not null,
  product_id          integer not null,
  inventory_item_gid  text not null,
  available_units     integer not null,
  committed_units     integer not null,
  reserved_units      integer not null,
  is_active           boolean not null,
  read_at             timestamptz not null,
  -- A write of this level is out and unanswered: nothing is decided about it until it has been.
  frozen_by           uuid,
  -- When a write of this level was last claimed or settled: a read that began before says nothing about after.
  touched_at          timestamptz,
  primary key (shop_id, location_id, product_id)
) with (fillfactor = 70);

-- One call, its bytes and its key, committed before it is sent. An unknown outcome repeats key and bytes; an answer ends it.
create table channel.call (
  call_id          uuid primary key,
  shop_id          integer not null,
  idempotency_key  uuid not null unique,
  kind             text not null,
  body             text not null,
  state            text not null check (state in ('claimed', 'answered')),
  -- Not sent again before this instant: somebody may be sending it, or the shop asked for patience.
  lease_until      timestamptz not null,
  attempts         integer not null default 0,
  claimed_at       timestamptz not null,
  answered_at      timestamptz,
  outcome          text,
  code             text,
  request_id       text,
  cost_points      integer
);
create index call_unanswered on channel.call (shop_id, claimed_at) where state = 'claimed';

create table channel.call_row (
  call_id            uuid not null references channel.call,
  ordinal            integer not null,
  location_id        integer not null,
  product_id         integer not null,
  revision           bigint not null,
  promised_units     integer not null,
  unseen_units       integer not null,
  from_units         integer not null,
  units              integer not null,
  outcome            text,
  code               text,
  primary key (call_id, ordinal)
);
create index call_row_of_level on channel.call_row (location_id, product_id);

create table channel.health (
  shop_id       integer primary key,
  state         text not null check (state in ('unknown', 'reachable', 'unreachable', 'refused')),
  code          text,
  message       text,
  since         timestamptz not null,
  asked_at      timestamptz not null,
  failures      integer not null default 0,
  retry_at      timestamptz,
  granted_scopes text[],
  scopes_at     timestamptz
);

-- What came back, call by call: the room's own feed, which reconcile follows.
create table channel.answer (
  answer_seq  bigint generated always as identity primary key,
  shop_id     integer not null,
  call_id     uuid,
  at          timestamptz not null,
  outcome     text not null,
  confirmed   integer not null default 0,
  refused     integer not null default 0,
  code        text,
  message     text
);
