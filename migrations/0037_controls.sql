-- What people have switched off by hand, for how long and why: writing, or selling at all.
create table channel.control (
  control_id   bigint generated always as identity primary key,
  kind         text not null check (kind in ('pause', 'sell_nothing')),
  -- Of what: each that is null means all of them.
  shop_id      integer,
  location_id  integer,
  product_id   integer,
  reason       text not null,
  -- Null: until a person ends it.
  until_at     timestamptz,
  set_by       text not null,
  set_at       timestamptz not null,
  ended_by     text,
  ended_at     timestamptz,
  check (num_nonnulls(shop_id, product_id) > 0),
  check (location_id is null or shop_id is not null),
  check ((ended_by is null) = (ended_at is null))
);
create index control_in_effect on channel.control (kind) where ended_at is null;
create index control_by_set on channel.control (set_at desc);

-- Everything but the write: what the shop shows stands beside what we would have told it.
alter table channel.setting add column is_shadow boolean not null default false;

create table channel.shadow_run (
  shadow_run_id  bigint generated always as identity primary key,
  shop_id        integer not null,
  started_at     timestamptz not null,
  finished_at    timestamptz,
  levels         integer not null default 0,
  different      integer not null default 0,
  units          bigint not null default 0
);
create index shadow_run_of_shop on channel.shadow_run (shop_id, started_at desc);

create table channel.shadow_difference (
  shadow_run_id    bigint not null references channel.shadow_run on delete cascade,
  location_id      integer not null,
  product_id       integer not null,
  -- What we would have written, what the shop shows, what we promise, and what we subtract for sales not seen yet.
  our_units        integer not null,
  their_units      integer not null,
  promised_units   integer not null,
  unseen_units     integer not null,
  primary key (shadow_run_id, location_id, product_id)
);
