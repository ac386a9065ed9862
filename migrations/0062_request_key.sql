-- Rows that came by the API are known by the key of their request; the file says so from its opening on.
alter table feed.file add column request_key text;
update feed.file f set request_key = r.key from import.request r where r.file_id = f.file_id;
