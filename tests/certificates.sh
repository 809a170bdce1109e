#!/bin/sh
# Makes the certificates that the tests of TLS use, in the folder $1: NAME.pem with NAME.key.
#
#   ca           the authority that has signed all but the next
#   stranger     for localhost, signed by itself
#   server       for localhost, 127.0.0.1 and ::1; chain.pem is the same behind an authority in between
#   other        for other.example
#   expired      for localhost, until yesterday
#   client       for no host, to be shown by clients
#   locked.key   the server's key, with the password "secret"
set -eu
mkdir -p "$1"
cd "$1"
rm -f ./*

key() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
}

# authority NAME: signed by itself.
authority() {
    key "$1"
    openssl req -x509 -new -key "$1.key" -subj "/O=acc tests/CN=$1" -days 3650 -out "$1.pem"
}

# signed NAME BY DAYS EXTENSION...: a certificate of NAME.
signed() {
    name=$1 by=$2 days=$3
    shift 3
    key "$name"
    printf '%s\n' "$@" subjectKeyIdentifier=hash authorityKeyIdentifier=keyid >"$name.extensions"
    openssl req -new -key "$name.key" -subj "/O=acc tests/CN=$name" -out "$name.request"
    openssl x509 -req -in "$name.request" -CA "$by.pem" -CAkey "$by.key" -CAcreateserial -days "$days" \
        -extfile "$name.extensions" -out "$name.pem" 2>openssl.said
    rm "$name.request" "$name.extensions"
}

here=subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
authority ca
key stranger
openssl req -x509 -new -key stranger.key -subj /CN=stranger -addext "$here" -days 3650 -out stranger.pem
signed server ca 3650 "$here"
signed other ca 3650 subjectAltName=DNS:other.example
signed expired ca -1 "$here"
signed client ca 3650 extendedKeyUsage=clientAuth
signed middle ca 3650 basicConstraints=critical,CA:true
signed chain middle 3650 "$here"
cat middle.pem >>chain.pem
openssl ec -in server.key -aes128 -passout pass:secret -out locked.key 2>openssl.said
