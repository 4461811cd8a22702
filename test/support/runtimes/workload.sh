# Jobs, pipes, traps.
for number in 1 2 3 4; do
  echo "$number" >"/tmp/$number" &
done
wait
sum=0
for number in $(cat /tmp/[1-4]); do sum=$((sum + number)); done
echo "jobs $sum"
trap 'echo signal USR1' USR1
kill -USR1 $$
(exit 7)
echo "child $?"
printf 'b\na\n' | sort | tr '\n' ' '
echo
