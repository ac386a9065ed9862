-- Orders of other systems, by file and by API: what they hold, and what became of it.

-- What a file speaks of, and so who books it.
alter table import.verdict add column subject text not null default 'stock' check (subject in ('stock', 'catalog', 'orders'));
create index verdict_of_subject on import.verdict (subject, seq) where decision = 'believed' and applied_at is null;

-- Believed rows on their way to the orders room.
create table import.order_row (
  file_id      bigint not null,
  line         bigint not null,
  byte_offset  bigint not null,
  order_id     text not null,
  line_id      text not null,
  word         text not null,
  product_id   integer not null,
  facility_id  integer,
  parking      text,
  group_id     integer,
  units        integer not null,
  event_id     text,
  happened_at  timestamptz not null,
  reason       text,
  is_restocked boolean not null,
  primary key (file_id, line)
);

-- What an order line of another system holds, from the events below. The order in which they are told does not matter.
create table orders.system_line (
  feed_id          integer not null references feed.feed,
  order_id         text not null,
  line_id          text not null,
  product_id       integer not null,
  -- Who holds it; null: it waits at the parking for a facility.
  facility_id      integer,
  parking          text not null default '_NA_',
  -- The channel that sold it, for as long as no facility holds it: it counts against that one and no other.
  group_id         integer,
  ordered_units    integer not null default 0 check (ordered_units >= 0),
  cancelled_units  integer not null default 0 check (cancelled_units >= 0),
  shipped_units    integer not null default 0 check (shipped_units >= 0),
  returned_units   integer not null default 0 check (returned_units >= 0),
  -- Rejected by the facility since it was last assigned.
  rejected_units   integer not null default 0 check (rejected_units >= 0),
  -- The newest word on what was ordered and who holds it.
  ordered_at       timestamptz,
  primary key (feed_id, order_id, line_id)
);
create index system_line_of_product on orders.system_line (product_id);

-- The room's own feed, which inventory follows. What has a name of its own counts once.
create table orders.system_event (
  seq          bigint generated always as identity primary key,
  feed_id      integer not null,
  order_id     text not null,
  line_id      text not null,
  word         text not null check (word in ('ordered', 'cancelled', 'shipped', 'returned', 'rejected')),
  event_id     text not null,
  product_id   integer not null,
  facility_id  integer,
  units        integer not null check (units >= 0),
  is_restocked boolean not null,
  reason       text,
  happened_at  timestamptz not null,
  recorded_at  timestamptz not null,
  file_id      bigint,
  line         bigint,
  unique (feed_id, word, event_id, order_id, line_id)
);
create index system_event_of_line on orders.system_event (feed_id, order_id, line_id);

-- What is reserved, order by order: a position's reserved units are the sum of these.
create table inventory.reservation (
  -- Where the order is known from: `shop:1`, `feed:2`; `hold:2` for what a facility rejected and nobody counted since.
  source       text not null,
  order_ref    text not null,
  facility_id  integer not null,
  product_id   integer not null,
  -- The channel against which a parked unit counts; 0 where a facility holds it.
  group_id     integer not null default 0,
  units        integer not null check (units > 0),
  primary key (facility_id, product_id, source, order_ref, group_id)
);
create index reservation_of_order on inventory.reservation (source, order_ref);
create index reservation_of_group on inventory.reservation (group_id, product_id) where group_id <> 0;

-- What was reserved before orders were told apart. The next step derives all of it anew.
insert into inventory.reservation (source, order_ref, facility_id, product_id, units)
select 'before', 'before', facility_id, product_id, reserved_units from inventory.position where reserved_units > 0;
delete from street.cursor where reader = 'inventory<-catalog';

-- Units that a facility rejected: on hand as far as anybody knows, and not to be promised until somebody counts.
create table inventory.hold (
  feed_id      integer not null,
  event_seq    bigint not null,
  order_id     text not null,
  facility_id  integer not null,
  product_id   integer not null,
  units        integer not null check (units > 0),
  reason       text not null,
  since        timestamptz not null,
  released_at  timestamptz,
  primary key (feed_id, event_seq)
);
create index hold_open on inventory.hold (facility_id, product_id) where released_at is null;
