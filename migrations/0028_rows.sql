-- Every rejected row has a way back.

alter table feed.file
  -- The file that this one corrects, or of which it is another reading.
  add column parent_file_id bigint references feed.file,
  add column parent_kind text check (parent_kind in ('correction', 'again')),
  add constraint file_parent_check check ((parent_file_id is null) = (parent_kind is null));
create index file_of_parent on feed.file (parent_file_id) where parent_file_id is not null;

alter table import.verdict
  -- The names of its columns, so that its rejected rows can go out as they came in.
  add column header text[],
  -- Rows of products that nobody knows yet and that the feed parks: they wait, and are nobody's error.
  add column rows_parked bigint not null default 0,
  -- Rows that the feed leaves out by the pattern of their product.
  add column rows_left_out bigint not null default 0,
  -- Rows that had been applied before, as the key of the row or the number of its correction says.
  add column rows_repeated bigint not null default 0;

alter table import.rejected_row
  add column cells jsonb,
  -- What nobody knows: the type and the value under which the row calls its product or its facility.
  add column unknown_type text,
  add column unknown_value text,
  add column is_parked boolean not null default false,
  -- The row of the first file: a correction that is rejected again leads back to it.
  add column root_file_id bigint,
  add column root_line bigint,
  -- The file that brought it home.
  add column resolved_by bigint,
  add column resolved_at timestamptz;
update import.rejected_row set root_file_id = file_id, root_line = line;
alter table import.rejected_row alter column root_file_id set not null, alter column root_line set not null;
create index rejected_row_of_root on import.rejected_row (root_file_id, root_line);
create index rejected_row_unknown on import.rejected_row (unknown_type, unknown_value) where unknown_value is not null and resolved_at is null;

-- Which line of a correction mends which rejected row.
create table import.correction_row (
  file_id       bigint not null,
  line          bigint not null,
  root_file_id  bigint not null,
  root_line     bigint not null,
  primary key (file_id, line)
);

-- Other names for a facility, as senders write it.
create table catalog.facility_alias (
  value        text primary key,
  facility_id  integer not null references catalog.facility
);

-- An identifier without what people and spreadsheets do to it: case, blanks, dashes, leading zeroes. For "did you mean".
create index product_identifier_bare on catalog.product_identifier
  (ltrim(regexp_replace(upper(value), '[^A-Z0-9]+', '', 'g'), '0'));
