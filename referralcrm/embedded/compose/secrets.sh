#!/bin/sh
# Prints the passwords and keys that docker-compose.yml asks for, new ones each time.
# Keep PATIENT_KEYS somewhere safe besides: without it no patient can be read again.
set -eu

chance() { # $1 random bytes as hexadecimal, which needs no quoting in an address
  od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'
}

for name in POSTGRES_PASSWORD OWNER_DB_PASSWORD APP_DB_PASSWORD REDIS_PASSWORD SECRET_KEY; do
  echo "$name=$(chance 32)"
done
echo "PATIENT_KEYS=k1:$(head -c 32 /dev/urandom | base64)"
