-- What may be sold goes out by file as well: each file takes the promises that changed up to a number.
alter table inventory.report_target drop constraint report_target_kind_check;
alter table inventory.report_target add constraint report_target_kind_check check (kind in ('variances', 'counts', 'sellable'));

create table availability.sellable_report (
  report_id  bigint primary key,
  after_seq  bigint not null,
  up_to_seq  bigint not null
);

-- It is written in the order of its numbers: "everything after" is found almost for free.
create index promise_history_by_seq on availability.promise_history using brin (seq) with (pages_per_range = 32, autosummarize = on);
