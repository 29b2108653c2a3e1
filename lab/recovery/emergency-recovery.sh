#!/bin/bash
# emergency-recovery.sh
# The script of section H of the runbooks, command for command, as the thing to compare with. Only its relative paths are
# made absolute for the lab host: run from any other folder, its steps 2 to 4 would do nothing.

echo "🚨 KingFisher Emergency Recovery Procedure"

# 1. Stop all processes
pkill -f kingfisher
pkill -f "King-Scripts"

# 2. Backup current state
mkdir -p /tmp/kingfisher-backup-$(date +%Y%m%d-%H%M%S)
cp -r /opt/kingfisher/data/images/$(date +%Y)/$(date +%m)/$(date +%d) /tmp/kingfisher-backup-*/

# 3. Check and fix permissions
chown -R kingfisher:kingfisher /opt/kingfisher/data/
chmod -R 755 /opt/kingfisher/data/

# 4. Clear temporary files
rm -rf /opt/kingfisher/data/temp/*
rm -rf /tmp/kingfisher-*

# 5. Reset Redis rate limits
redis-cli flushdb 1

# 6. Restart dependencies
systemctl restart postgresql
systemctl restart redis
systemctl restart rabbitmq-server

# 7. Wait for dependencies
sleep 30

# 8. Start service
systemctl start kingfisher

# 9. Verify health
sleep 10
curl -s http://localhost:8201/health
curl -s http://localhost:8201/ready

echo "✅ Recovery procedure completed"
