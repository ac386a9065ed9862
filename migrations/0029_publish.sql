-- What each level was when everything was known, and who else may write, show or split it.

alter table channel.level
  add column on_hand_units integer,
  -- The running sum of the changes that our own settled writes made to `available`.
  add column own_units bigint not null default 0,
  -- The look that becomes the base when every order up to its end is known; its instants are the shop's.
  add column noted_available_units integer,
  add column noted_committed_units integer,
  add column noted_reserved_units integer,
  add column noted_open_units integer,
  add column noted_own_units bigint,
  add column noted_from timestamptz,
  add column noted_until timestamptz,
  -- The last proved look; null: nothing is proved.
  add column base_available_units integer,
  add column base_committed_units integer,
  add column base_reserved_units integer,
  add column base_open_units integer,
  add column base_own_units bigint,
  add column base_from timestamptz,
  add column base_until timestamptz,
  -- Others were found to have written it.
  add column stale_at timestamptz,
  -- What it should show, as last decided.
  add column wanted_units integer;
create index level_noted on channel.level (shop_id, noted_until) where noted_until is not null;

-- Somebody wants a level looked at: a webhook, another level of its pool, a person.
create table channel.look (
  shop_id      integer not null,
  location_id  integer not null,
  product_id   integer not null,
  asked_at     timestamptz not null,
  primary key (shop_id, location_id, product_id)
);

-- How a shop is written. No row: `available`, merged with its orders.
create table channel.setting (
  shop_id         integer primary key references catalog.shop,
  written         text not null default 'available' check (written in ('available', 'on_hand')),
  -- False: its sales are not looked for, since nobody lets us read its orders.
  is_merged       boolean not null default true
);

-- The rule to split a pool: a level of this location shows its part of what it shares with other such levels.
create table channel.share (
  shop_id      integer not null references catalog.shop,
  location_id  integer not null references catalog.location,
  weight       integer not null check (weight > 0),
  primary key (shop_id, location_id)
);

-- What the room found odd about a level.
create table channel.finding (
  finding_id   bigint generated always as identity primary key,
  shop_id      integer not null,
  location_id  integer not null,
  product_id   integer not null,
  code         text not null,
  units        integer not null,
  -- It happened between these two, by the shop's clock.
  from_at      timestamptz not null,
  until_at     timestamptz not null,
  found_at     timestamptz not null
);
create index channel_finding_of_shop on channel.finding (shop_id, finding_id);

-- Something that an intent was decided by changed while it was out: it is decided anew when the answer comes.
alter table outbox.intent add column is_woken boolean not null default false;
