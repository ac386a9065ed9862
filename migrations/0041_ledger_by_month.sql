-- The ledger by the month of recording: a month is exported and purged as a whole, and what is asked of lately reads few pages.
-- What was written before the first month of its own stays where it is, as the rest.
drop trigger ledger_is_append_only on inventory.movement;
drop index inventory.movement_of_document;
alter table inventory.movement rename to movement_rest;
alter table inventory.movement_rest rename constraint movement_pkey to movement_rest_pkey;
alter index inventory.movement_by_seq rename to movement_rest_by_seq;
alter index inventory.movement_by_recording rename to movement_rest_by_recording;

create table inventory.movement (like inventory.movement_rest including defaults) partition by range (recorded_at);
alter table inventory.movement add primary key (facility_id, product_id, seq, recorded_at);
create index movement_by_seq on inventory.movement using brin (seq) with (pages_per_range = 32, autosummarize = on);
create index movement_by_recording on inventory.movement using brin (recorded_at) with (pages_per_range = 32, autosummarize = on);
create index movement_of_document on inventory.movement (document_id) where document_id is not null;
alter table inventory.movement attach partition inventory.movement_rest default;
create trigger ledger_is_append_only before update or delete on inventory.movement for each statement execute function inventory.refuse_change();

-- How long history is kept, in whole months; null: for ever. A month goes only when it was exported, unless that is waived.
create table inventory.ledger_policy (
  only_one       boolean primary key default true check (only_one),
  kept_months    integer check (kept_months >= 1),
  needs_export   boolean not null default true
);
insert into inventory.ledger_policy (kept_months) values (null);

create table inventory.month_export (
  month        date primary key,
  movements    bigint not null,
  exported_at  timestamptz not null,
  who          text not null
);
create table inventory.month_purge (
  month        date primary key,
  movements    bigint not null,
  carried      bigint not null,
  purged_at    timestamptz not null
);
