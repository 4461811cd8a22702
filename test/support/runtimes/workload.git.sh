# Commits, packs and reads back.
set -e
cd /tmp
git init --quiet --template= repository
cd repository
git config user.name tester
git config user.email tester@example.com
for message in first second; do
  echo "$message" >file
  git add file
  git commit --quiet --message "$message"
done
git gc --quiet
git fsck --strict --no-progress >/dev/null
git log --format=%s
ls .git/objects/pack/*.pack | wc -l
