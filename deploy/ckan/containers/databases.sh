#!/bin/sh
# Run once by the database's image, when its volume is empty: CKAN's two roles and two databases exist.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
    --set=writer="$WRITER_PASSWORD" --set=reader="$READER_PASSWORD" <<'SQL'
CREATE ROLE ckan LOGIN PASSWORD :'writer';
CREATE ROLE datastore_reader LOGIN PASSWORD :'reader';
CREATE DATABASE ckan OWNER ckan;
CREATE DATABASE datastore OWNER ckan;
SQL
