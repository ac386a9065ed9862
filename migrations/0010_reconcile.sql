-- Does the shop show what we told it?
create schema reconcile;

create table reconcile.run (
  run_id            bigint generated always as identity primary key,
  shop_id           integer not null,
  kind              text not null check (kind in ('recent', 'hard_sync')),
  started_at        timestamptz not null,
  finished_at       timestamptz,
  levels_compared   integer not null default 0,
  levels_equal      integer not null default 0,
  levels_different  integer not null default 0,
  levels_waiting    integer not null default 0,
  levels_not_stocked integer not null default 0,
  code              text,
  reason            text
);
create index run_of_shop on reconcile.run (shop_id, run_id);

-- The last comparison of each level, with both numbers and when the shop's was read.
create table reconcile.observation (
  shop_id          integer not null,
  location_id      integer not null,
  product_id       integer not null,
  run_id           bigint not null,
  revision         bigint not null,
  expected_units   integer not null,
  shop_units       integer,
  verdict          text not null check (verdict in ('equal', 'different', 'waiting', 'not_stocked')),
  different_since  timestamptz,
  read_at          timestamptz not null,
  primary key (shop_id, location_id, product_id)
) with (fillfactor = 70);
create index observation_differing on reconcile.observation (shop_id) where verdict <> 'equal';
