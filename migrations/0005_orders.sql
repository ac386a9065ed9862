-- Which orders hold stock, and up to when do we know them?
create schema orders;

create table orders.watermark (
  shop_id       integer primary key references catalog.shop,
  -- Every order changed before this instant of Shopify's clock is known.
  known_until   timestamptz,
  -- Units of what is open now, per the last poll that was read to its last page.
  polled_at     timestamptz,
  -- Somebody needs the orders now: the next step polls without waiting for its tick.
  asked_at      timestamptz,
  -- Why the last poll brought nothing; null when it did.
  code          text,
  message       text
);

-- What each order still holds, as Shopify last said it: the newest word on an order replaces the word before.
create table orders.open_line (
  shop_id             integer not null references catalog.shop,
  order_gid           text not null,
  line_gid            text not null,
  inventory_item_gid  text not null,
  location_gid        text not null,
  open_units          integer not null check (open_units >= 0),
  primary key (shop_id, order_gid, line_gid, location_gid)
);
create index open_line_of_level on orders.open_line (shop_id, inventory_item_gid, location_gid);

-- What changed about that: the feed that inventory reads.
create table orders.demand_change (
  seq                 bigint generated always as identity primary key,
  shop_id             integer not null,
  order_gid           text not null,
  inventory_item_gid  text not null,
  location_gid        text not null,
  units               integer not null,
  recorded_at         timestamptz not null
);
-- Has this level had orders since it was last read?
create index demand_of_level on orders.demand_change (shop_id, inventory_item_gid, location_gid, recorded_at);
