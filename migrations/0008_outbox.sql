-- What must each target be told, once?
create schema outbox;

-- One row per target: its newest intent. A newer number takes the place of an unsent older one; the revision names it.
create table outbox.intent (
  shop_id       integer not null,
  location_id   integer not null,
  product_id    integer not null,
  revision      bigint not null,
  units         integer not null,
  -- Whom it is addressed to, as the catalogue last linked it; null while it is not linked.
  inventory_item_gid  text,
  state         text not null check (state in ('pending', 'sending', 'confirmed', 'blocked')),
  is_decrease   boolean not null default false,
  due_at        timestamptz not null,
  attempt       integer not null default 0,
  code          text,
  hint          text,
  -- What ends a block by itself: another number, a look at the catalogue, or only a person.
  blocked_until text check (blocked_until in ('number', 'catalog', 'person')),
  call_id       uuid,
  created_at    timestamptz not null,
  changed_at    timestamptz not null,
  primary key (shop_id, location_id, product_id),
  check ((state = 'blocked') = (blocked_until is not null)),
  check (state <> 'blocked' or code is not null),
  check ((state = 'sending') = (call_id is not null))
) with (fillfactor = 70);
-- In the order in which they leave: what takes stock away first.
create index intent_waiting on outbox.intent (shop_id, is_decrease desc, due_at, location_id, product_id) where state = 'pending';
create index intent_of_call on outbox.intent (call_id) where call_id is not null;
create index intent_unfinished on outbox.intent (shop_id, created_at) where state <> 'confirmed';
create index intent_until_catalog on outbox.intent (shop_id) where blocked_until = 'catalog' and inventory_item_gid is not null;
