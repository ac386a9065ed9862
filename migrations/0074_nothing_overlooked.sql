-- What each location stood for when the promises last followed the mappings: one that stands for something else is made anew whole.
-- The first step that follows the mappings fills it.
create table availability.place (
  shop_id      integer not null,
  location_id  integer not null,
  facility_id  integer,
  group_id     integer,
  primary key (shop_id, location_id)
);

-- Every night, what is promised beside what everything worked out anew would be. `units`: by how much too much was promised.
create table availability.check_run (
  checked_at  timestamptz primary key,
  promises    bigint not null,
  differing   bigint not null,
  units       bigint not null,
  example     text
);

-- Files with rows whose name came while others of their rows were on their way home, or their feed was switched off.
create table import.look_again (
  file_id  bigint primary key references feed.file on delete cascade
);
