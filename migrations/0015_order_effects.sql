-- Which orders changed what a level has available, and between which two instants of Shopify's clock.

alter table orders.watermark
  -- Where knowing began: orders that were over before are not known.
  add column known_since timestamptz,
  -- How much later than the change itself the order search is taken to show it.
  add column search_lag_ms integer not null default 60000 check (search_lag_ms >= 0),
  -- Somebody needs to know the orders up to this instant of Shopify's clock.
  add column asked_until timestamptz;
update orders.watermark set known_since = known_until;

-- The last word on each order, and when it was heard.
create table orders.known (
  shop_id       integer not null references catalog.shop,
  order_gid     text not null,
  created_at    timestamptz not null,
  cancelled_at  timestamptz,
  -- The word was not heard before this instant of Shopify's clock: what it does not say happened later.
  heard_from    timestamptz not null,
  is_open       boolean not null,
  primary key (shop_id, order_gid)
);
create index known_open on orders.known (shop_id, heard_from) where is_open;
insert into orders.known (shop_id, order_gid, created_at, heard_from, is_open)
select l.shop_id, l.order_gid, w.known_until, w.known_until, true
  from (select distinct shop_id, order_gid from orders.open_line) l
  join orders.watermark w using (shop_id)
 where w.known_until is not null;

-- Open and shipped units together: what the line took from `available` at its location, less what came back to it.
alter table orders.open_line add column taken_units integer not null default 0;
update orders.open_line set taken_units = open_units;

create table orders.effect (
  effect_seq          bigint generated always as identity primary key,
  shop_id             integer not null,
  order_gid           text not null,
  inventory_item_gid  text not null,
  location_gid        text not null,
  -- Below nothing: an order took them. Above: they came back.
  units               integer not null check (units <> 0),
  -- It happened between these two, by Shopify's clock.
  not_before          timestamptz not null,
  not_after           timestamptz not null,
  recorded_at         timestamptz not null
);
create index effect_of_level on orders.effect (shop_id, inventory_item_gid, location_gid, not_after);

-- Orders that somebody heard of before the search shows them: they are read by their id.
create table orders.asked (
  shop_id    integer not null references catalog.shop,
  order_gid  text not null,
  asked_at   timestamptz not null,
  primary key (shop_id, order_gid)
);

-- What the room found odd about a shop's orders.
create table orders.finding (
  finding_id  bigint generated always as identity primary key,
  shop_id     integer not null references catalog.shop,
  code        text not null,
  order_gid   text not null,
  detail      text not null,
  found_at    timestamptz not null
);
create index finding_of_shop on orders.finding (shop_id, finding_id);
