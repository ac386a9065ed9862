-- No refusal waits for a person alone any longer: where nobody knows why, another number or another look at the catalogue may end it.
alter table outbox.intent drop constraint intent_blocked_until_check;
update outbox.intent set blocked_until = 'either' where blocked_until = 'person';
alter table outbox.intent add constraint intent_blocked_until_check check (blocked_until in ('number', 'catalog', 'either'));
drop index outbox.intent_until_catalog;
create index intent_until_catalog on outbox.intent (shop_id) where blocked_until in ('catalog', 'either') and inventory_item_gid is not null;
