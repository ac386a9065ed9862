-- Who fulfils what a shop sold at a location of several facilities, as whoever assigns orders said it: what is assigned is reserved
-- there, and the rest waits at a parking.
create table orders.assignment (
  shop_id             integer not null references catalog.shop,
  order_gid           text not null,
  inventory_item_gid  text not null,
  -- Pieces are filled in this order, as far as units are open.
  ordinal             integer not null,
  facility_id         integer references catalog.facility,
  -- Waits there for a facility, as a pre-order for example.
  parking             text,
  units               integer not null check (units > 0),
  who                 text not null,
  assigned_at         timestamptz not null,
  primary key (shop_id, order_gid, inventory_item_gid, ordinal),
  check (num_nonnulls(facility_id, parking) = 1)
);

-- A facility said that it cannot send what it was assigned.
create table orders.rejection (
  seq                 bigint generated always as identity primary key,
  shop_id             integer not null references catalog.shop,
  order_gid           text not null,
  inventory_item_gid  text not null,
  facility_id         integer not null references catalog.facility,
  units               integer not null check (units > 0),
  reason              text not null,
  who                 text not null,
  rejected_at         timestamptz not null,
  -- The same key again is the same word.
  key                 text unique
);
create index rejection_of_order on orders.rejection (shop_id, order_gid);

-- Holds come from shops' orders as well as from those of other systems: known by the source under which they reserve.
alter table inventory.hold add column source text;
update inventory.hold set source = 'hold:' || feed_id;
alter table inventory.hold alter column source set not null;
alter table inventory.hold drop constraint hold_pkey;
alter table inventory.hold add primary key (source, event_seq);
alter table inventory.hold drop column feed_id;
create index own_movement_of_event on inventory.own_movement (event_id) where event_id is not null;
