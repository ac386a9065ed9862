-- A file can be taken back.
alter table import.verdict
  -- Its rows said what there is, and not what changed; null where it moved no stock.
  add column is_count boolean,
  add column undone_at timestamptz,
  add column undone_by text,
  -- Positions at which it was reversed, and those at which a later count stands.
  add column undone_positions bigint,
  add column overruled_positions bigint;
update import.verdict v set is_count = exists (select 1 from inventory.count_mark m where m.file_id = v.file_id)
 where v.applied_at is not null and v.subject = 'stock';
