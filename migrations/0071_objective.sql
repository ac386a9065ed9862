-- How long a change may take from here to the shop before stock counts as not in sync, whoever is to blame.
create table reconcile.objective (
  only_one  boolean primary key default true check (only_one),
  minutes   integer not null check (minutes between 1 and 1440)
);
insert into reconcile.objective (minutes) values (10);
