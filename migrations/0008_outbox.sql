-- What must each target be told, once?
create schema outbox;

-- One row per target: its newest intent. A newer number takes the place of an unsent older one; the revision names it.
create table outbox.intent (
  shop_id       integer not null,
  location_id   integer not null,
  product_id    integer not null,
  revision      bigint not null,
  units         integer not null,
  state         text not null check (state in ('pending', 'sending', 'confirmed', 'blocked')),
  is_decrease   boolean not null default false,
  due_at        timestamptz not null,
  attempt       integer not null default 0,
  code          text,
  hint          text,
  call_id       uuid,
  created_at    timestamptz not null,
  changed_at    timestamptz not null,
  primary key (shop_id, location_id, product_id)
) with (fillfactor = 70);
create index intent_waiting on outbox.intent (shop_id, due_at) where state = 'pending';
create index intent_unfinished on outbox.intent (shop_id, created_at) where state <> 'confirmed';
