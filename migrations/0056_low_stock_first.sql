-- Of what waits, decreases leave first, and then what is nearly sold out: there a late number costs most.
alter table outbox.intent add column is_low boolean generated always as (units <= 5) stored;
drop index outbox.intent_waiting;
create index intent_waiting on outbox.intent (shop_id, is_decrease desc, is_low desc, due_at, location_id, product_id) where state = 'pending';
