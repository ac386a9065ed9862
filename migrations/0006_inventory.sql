-- What is on hand, and which movement made it so?
create schema inventory;

create sequence inventory.movement_seq;

-- The ledger: append-only. Every unique key holds the facility and the time of recording, so that it can be
-- partitioned by month and spread by facility without touching the code above store.ts.
create table inventory.movement (
  seq             bigint not null,
  facility_id     integer not null,
  product_id      integer not null,
  on_hand_units   integer not null,
  reserved_units  integer not null default 0,
  line            integer,
  file_id         bigint,
  byte_offset     bigint,
  recorded_at     timestamptz not null,
  effective_at    timestamptz not null,
  reason          text not null,
  reference       text,
  primary key (facility_id, product_id, seq, recorded_at)
);
-- The ledger is its own change feed: it is written in the order of seq, so a BRIN finds "everything after" almost for free.
create index movement_by_seq on inventory.movement using brin (seq) with (pages_per_range = 32, autosummarize = on);

-- Derived: the sum of a position's movements, kept in the same transaction. No row means unknown, not zero.
create table inventory.position (
  facility_id     integer not null,
  product_id      integer not null,
  on_hand_units   integer not null,
  reserved_units  integer not null default 0,
  counted_at      timestamptz,
  primary key (facility_id, product_id)
) with (fillfactor = 80);
create index position_of_product on inventory.position (product_id);

-- Units of open orders that no facility holds yet: they wait at the group whose aggregate location sold them.
create table inventory.queued (
  group_id    integer not null,
  product_id  integer not null,
  units       integer not null,
  seq         bigint not null,
  primary key (group_id, product_id)
);
create index queued_by_seq on inventory.queued (seq);

create table inventory.check_run (
  checked_at  timestamptz primary key,
  positions   bigint not null,
  differing   bigint not null
);
