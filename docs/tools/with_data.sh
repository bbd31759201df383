#!/bin/sh
# Run a command in a root of its own, in which /data is an empty folder: the pictures show paths as at a beamline.
# Everything else is this machine's; nothing of it is changed. Without root a user namespace is used.
#   sh docs/tools/with_data.sh COMMAND [ARGUMENT...]
[ "$(id -u)" = 0 ] && own=--mount || own=--map-root-user\ --mount
# shellcheck disable=SC2086
exec unshare $own sh -c '
    new=/mnt
    mount -t tmpfs none $new
    for entry in /*; do
        if [ "$entry" = $new ] || [ "$entry" = /data ]; then mkdir "$new$entry"
        elif [ -L "$entry" ]; then cp -P "$entry" "$new$entry"
        elif [ -d "$entry" ]; then mkdir "$new$entry" && mount --rbind "$entry" "$new$entry"
        fi
    done
    mkdir -p $new/data
    exec chroot $new sh -c "cd \"\$0\" && exec \"\$@\"" "$PWD" "$@"
' with_data "$@"
