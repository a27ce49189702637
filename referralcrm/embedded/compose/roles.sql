-- Run once by the postgres image, as the superuser, when docker-compose.yml makes its cluster.
-- The same two roles as the embedded Postgres: an owner who migrates, and the application.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD

CREATE ROLE referralcrm_owner
    LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION CREATEDB PASSWORD :'owner_password';
CREATE ROLE referralcrm_app
    LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION NOCREATEDB PASSWORD :'app_password';
ALTER ROLE referralcrm_app SET jit = off;

-- Databases made later are copies of template1.
\connect template1
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE EXTENSION btree_gist;

CREATE DATABASE referralcrm OWNER referralcrm_owner;
