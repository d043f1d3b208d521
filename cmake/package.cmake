# What is installed, and the Debian package: `cpack -G DEB` in the build folder.
include(GNUInstallDirs)

# Pages and completions are written by the program itself, from the texts that --help and the schema have.
set(pages ${CMAKE_BINARY_DIR}/manual)
add_custom_command(OUTPUT ${pages}/tributary.1.gz ${pages}/feeds.yaml.5.gz ${pages}/tributary.bash ${pages}/_tributary ${pages}/tributary.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}
  COMMAND sh -c "cd '${pages}' && '$<TARGET_FILE:tributary>' manual tributary.1 | gzip -9n > tributary.1.gz \
&& '$<TARGET_FILE:tributary>' manual feeds.yaml.5 | gzip -9n > feeds.yaml.5.gz \
&& '$<TARGET_FILE:tributary>' completion bash > tributary.bash && '$<TARGET_FILE:tributary>' completion zsh > _tributary \
&& '$<TARGET_FILE:tributary>' completion fish > tributary.fish"
  DEPENDS tributary VERBATIM)
# What the program is made of, by package and version: SPDX, for whoever asks which faults of libraries concern it.
add_custom_command(OUTPUT ${pages}/tributary.spdx.json
  COMMAND sh -c "'${PROJECT_SOURCE_DIR}/packaging/sbom' '$<TARGET_FILE:tributary>' '${PROJECT_VERSION}' > tributary.spdx.json.tmp \
&& mv tributary.spdx.json.tmp tributary.spdx.json"
  WORKING_DIRECTORY ${pages}
  DEPENDS tributary ${pages}/tributary.1.gz ${PROJECT_SOURCE_DIR}/packaging/sbom VERBATIM)
add_custom_target(manual ALL DEPENDS ${pages}/tributary.1.gz ${pages}/tributary.spdx.json)

set(packaging ${PROJECT_SOURCE_DIR}/packaging)
install(TARGETS tributary RUNTIME DESTINATION bin)
install(FILES ${pages}/tributary.1.gz DESTINATION share/man/man1)
install(FILES ${pages}/feeds.yaml.5.gz DESTINATION share/man/man5)
install(FILES ${pages}/tributary.bash DESTINATION share/bash-completion/completions RENAME tributary)
install(FILES ${pages}/_tributary DESTINATION share/zsh/vendor-completions)
install(FILES ${pages}/tributary.fish DESTINATION share/fish/vendor_completions.d)
install(FILES ${packaging}/systemd/tributary.service DESTINATION lib/systemd/system)
install(FILES ${packaging}/systemd/tributary.sysusers DESTINATION lib/sysusers.d RENAME tributary.conf)
install(FILES ${packaging}/debian/feeds.yaml DESTINATION /etc/tributary)
install(FILES ${pages}/tributary.spdx.json DESTINATION share/doc/tributary)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION share/doc/tributary)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION share/doc/tributary/docs)
install(DIRECTORY ${packaging}/examples/ DESTINATION share/doc/tributary/examples)
install(FILES ${PROJECT_SOURCE_DIR}/feeds.yaml DESTINATION share/doc/tributary/examples)
# Not documentation, which small systems leave out: editors read it.
install(FILES ${PROJECT_SOURCE_DIR}/config/feeds.schema.json DESTINATION share/tributary)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tributary)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Tributary project <tributary@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "feed aggregator and publisher")
set(CPACK_PACKAGE_DESCRIPTION "Fetches the RSS, Atom and JSON feeds of partner organisations, keeps each item once,\nand publishes a merged feed and a digest page.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, adduser")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${packaging}/debian/postinst;${packaging}/debian/prerm;${packaging}/debian/postrm;${packaging}/debian/conffiles")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
