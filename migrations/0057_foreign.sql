-- Whose number counts where somebody else wrote a level: ours (no row), theirs, or whatever a person says each time.
create table channel.foreign_policy (
  shop_id      integer not null references catalog.shop,
  location_id  integer not null references catalog.location,
  policy       text not null check (policy in ('theirs', 'ask')),
  primary key (shop_id, location_id)
);

alter table channel.finding
  add column policy text not null default 'ours' check (policy in ('ours', 'theirs', 'ask')),
  -- Whose number it became; null: a person has not said yet.
  add column taken text check (taken in ('ours', 'theirs')),
  add column taken_by text,
  add column taken_at timestamptz,
  add column reason text,
  -- Keeps the level from being written until it is decided, and the promise holds what was decided.
  add column control_id bigint references channel.control,
  -- The ledger's head when the movement stood in it: the promise holds it when availability has read so far.
  add column booked_seq bigint,
  add column closed_at timestamptz;
update channel.finding set taken = 'ours', taken_at = found_at, closed_at = found_at;
create index channel_finding_open on channel.finding (shop_id) where closed_at is null;
