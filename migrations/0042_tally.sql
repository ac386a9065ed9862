-- How each level stands that has to be equal, and how many stand so: kept, since counting a million takes seconds.
create table reconcile.standing (
  shop_id          integer not null,
  location_id      integer not null,
  product_id       integer not null,
  state            text not null check (state in ('equal', 'different', 'waiting')),
  units_at_risk    integer not null default 0,
  different_since  timestamptz,
  primary key (shop_id, location_id, product_id)
) with (fillfactor = 80);
create index standing_apart on reconcile.standing (state, shop_id) where state <> 'equal';

create table reconcile.tally (
  shop_id           integer primary key,
  levels            bigint not null default 0,
  levels_equal      bigint not null default 0,
  levels_different  bigint not null default 0,
  levels_waiting    bigint not null default 0,
  units_at_risk     bigint not null default 0
);

-- Levels whose comparison changed since they were counted. A list and no numbers: comparisons of several shops commit in any order.
create table reconcile.uncounted (
  shop_id      integer not null,
  location_id  integer not null,
  product_id   integer not null
);
create function reconcile.note_uncounted() returns trigger language plpgsql as $$
begin
  insert into reconcile.uncounted select shop_id, location_id, product_id from compared;
  return null;
end $$;
create trigger observation_inserted after insert on reconcile.observation
  referencing new table as compared for each statement execute function reconcile.note_uncounted();
create trigger observation_updated after update on reconcile.observation
  referencing new table as compared for each statement execute function reconcile.note_uncounted();
-- The first count is of everything.
insert into street.cursor (reader, position) values ('reconcile:tally-links', -1);
