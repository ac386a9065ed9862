-- A count of what is on hand settles what was in doubt; one of what is available to promise does not, since its sender knew of no doubt.
alter table inventory.count_mark add column atp_rows integer not null default 0;
alter table inventory.hold add column settled_at timestamptz;

-- The newest word on who holds a line, whether it said something new or not: what was rejected before it is settled by it.
alter table orders.system_line add column placed_at timestamptz;
update orders.system_line set placed_at = ordered_at;

-- Movements that an ERP learns from us: shipments, returns, documents. Which of them its counts contain already is declared
-- per feed; and they are what is reported to it.
create table inventory.own_movement (
  seq              bigint primary key,
  facility_id      integer not null,
  product_id       integer not null,
  units            integer not null,
  reason           text not null,
  reference        text,
  document_id      bigint,
  effective_at     timestamptz not null,
  recorded_at      timestamptz not null,
  -- The ERP said that it has booked it, at this instant.
  acknowledged_at  timestamptz
);
create index own_movement_of_position on inventory.own_movement (facility_id, product_id, effective_at);
create index document_of_counts on inventory.document (document_id) where kind = 'count';
create index own_movement_open on inventory.own_movement (reference) where acknowledged_at is null;

-- A system says that it has booked what it learnt from us.
alter table orders.system_event drop constraint system_event_word_check;
alter table orders.system_event add constraint system_event_word_check
  check (word in ('ordered', 'cancelled', 'shipped', 'returned', 'rejected', 'booked'));
-- What the sender of the order called the event, so that one of several shipments can be acknowledged.
alter table inventory.own_movement add column event_id text;
