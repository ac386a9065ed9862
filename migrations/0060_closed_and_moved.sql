-- A facility that is closed: what lies there is counted still, and sold nowhere until it is opened again.
alter table catalog.facility
  add column closed_at timestamptz,
  add column closed_by text,
  add column closed_reason text;

-- A mapping that moves leaves by way of 0 for another place, or what the other place never counted is kept until it does.
alter table channel.leaving
  drop constraint leaving_kind_check,
  add constraint leaving_kind_check check (kind in ('products', 'location', 'shop', 'kept')),
  add column to_facility_id integer,
  add column to_group_id integer,
  add column moved_at timestamptz;
