-- Version 2. Doors in walking order among what a search finds.
ALTER TABLE search_card ADD COLUMN walk BLOB NOT NULL DEFAULT x'';
