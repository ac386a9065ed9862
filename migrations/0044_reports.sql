-- Files that go out to an ERP: what of ours it has to book, and which counts were taken.

create table inventory.report_target (
  kind         text primary key check (kind in ('variances', 'counts')),
  -- The home and folder below whose out/ the files are laid.
  home         text not null,
  folder       text not null,
  is_enabled   boolean not null default true,
  -- A file is made when so many minutes have passed since the oldest line, or when it is full.
  every_minutes integer not null default 15 check (every_minutes >= 0)
);

-- One file: its lines are claimed when it is made, so that none goes twice; its bytes follow from them, so that it can be written again.
create table inventory.report (
  report_id   bigint generated always as identity primary key,
  kind        text not null,
  home        text not null,
  folder      text not null,
  name        text not null,
  lines       integer not null,
  made_at     timestamptz not null,
  written_at  timestamptz,
  -- Why the last try to write it failed.
  message     text
);
create index report_unwritten on inventory.report (report_id) where written_at is null;

alter table inventory.own_movement add column report_id bigint;
create index own_movement_unreported on inventory.own_movement (seq) where report_id is null;
create index own_movement_of_document on inventory.own_movement (document_id) where document_id is not null;
create index own_movement_of_report on inventory.own_movement (report_id) where report_id is not null;

create table inventory.count_report (
  document_id  bigint primary key references inventory.document,
  report_id    bigint not null
);
create index count_report_of on inventory.count_report (report_id);
