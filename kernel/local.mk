# The lab kernel: recipe, sources, options.
nobase_dist_pkgdata_SCRIPTS += kernel/build-kernel
nobase_dist_pkgdata_DATA += \
	kernel/config/10-machine.config \
	kernel/config/20-programs.config \
	kernel/config/30-routing.config \
	kernel/config/40-filter.config \
	kernel/config/50-links.config \
	kernel/config/60-shaping.config \
	kernel/prune \
	kernel/sources
