#!/bin/sh
# Hands this folder to a host by `datasette publish`: sh publish.sh HOST [OPTION]..., for example
#   sh publish.sh cloudrun --service does-it-train
# Beside the database, the templates and the plugins each folder goes along as one of files, and the settings as
# options, since `datasette publish` knows no other way to take them.
set -eu
cd "$(dirname "$0")"
host=${1:?name a host: cloudrun, heroku, fly, vercel}
shift
for folder in */; do
    case $folder in
        templates/ | plugins/) ;;
        *) set -- "$@" --static "${folder%/}:${folder%/}" ;;
    esac
done
settings=$(python3 -c '
import json
print(*(f"--setting {name} {json.dumps(value)}" for name, value in json.load(open("settings.json")).items()))
')
case $host in
    fly | vercel)
        # shellcheck disable=SC2086 # words, each an option or its value
        set -- "$@" $settings
        ;;
    *) set -- "$@" --extra-options "$settings" ;;
esac
# Those that only some systems need have a condition behind a semicolon, and no host here is such a system.
# shellcheck disable=SC2013 # each line is one word
for package in $(sed -n 's/^\([a-z0-9-]*==[^ ;]*\) \\$/\1/p' requirements.txt); do
    set -- "$@" --install "$package"
done
exec datasette publish "$host" does-it-train.sqlite --metadata metadata.json --template-dir templates \
    --plugins-dir plugins "$@"
