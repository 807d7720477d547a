#!/bin/bash
set -euo pipefail
sed -i 's/ done$/\ndone/' /data/images.sh
chmod +x /data/images.sh
/data/images.sh
