# Keeps the hub of the demonstration. Whatever ends the demonstration, also a kill, closes this
# script's input: it then stops the hub and removes the folder.
#   sh keeper.sh FOLDER PROGRAM ARGS…      input: lines `up` and `down`; each is answered by a line
folder=$1
shift
trap '' INT HUP TERM
hub=
down() {
    if [ -n "$hub" ]; then
        kill -TERM "$hub" 2>/dev/null
        wait "$hub"
        hub=
    fi
}
while read -r word; do
    case $word in
    up)
        "$@" 2>"$folder/hub.log" &
        hub=$!
        ;;
    down) down ;;
    esac
    echo "$word"
done
down
rm -rf -- "$folder"
