-- What a shop's orders took off the shelf, or put back on it: shipments, returns, and what was lost. Each is told once.
create table orders.stock_move (
  seq                 bigint generated always as identity primary key,
  shop_id             integer not null references catalog.shop,
  -- The line of the fulfilment or of the refund that says so.
  move_gid            text not null,
  kind                text not null check (kind in ('shipped', 'unshipped', 'returned', 'lost')),
  order_gid           text not null,
  inventory_item_gid  text not null,
  location_gid        text not null,
  units               integer not null check (units > 0),
  happened_at         timestamptz not null,
  recorded_at         timestamptz not null,
  unique (shop_id, move_gid, kind)
);

-- Which of them stand in the ledger. One that nobody could place when it was told (no link, no mapping) is placed when it can be.
create table inventory.placed_move (
  move_seq  bigint primary key
);

-- Shipped from a location of several facilities: which of them it left nobody says. It stays reserved until all were counted since.
create table inventory.unplaced_shipment (
  move_seq    bigint primary key,
  shop_id     integer not null,
  move_gid    text not null,
  order_gid   text not null,
  group_id    integer not null,
  product_id  integer not null,
  units       integer not null check (units > 0),
  since       timestamptz not null,
  settled_at  timestamptz
);
create index unplaced_shipment_open on inventory.unplaced_shipment (shop_id, order_gid) where settled_at is null;
