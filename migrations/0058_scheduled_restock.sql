-- Files that say what will come in, and when: their rows wait in the queue of due changes.
alter table import.verdict drop constraint verdict_subject_check,
  add constraint verdict_subject_check check (subject in ('stock', 'catalog', 'orders', 'schedule'));
